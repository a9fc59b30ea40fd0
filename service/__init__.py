"""eOffice Notify: puts every administrative-reform document into the hands of each employee, and proves it."""
